{#- How far a product lies from a customer's taste, 0 to 1: the mean of how far its price is from the mean price that
    the customer pays (0 at that price, .63 at e times or one e-th of it) and how little of its brand the customer buys,
    against the brand bought most. A product without a brand is judged by its price; an unknown price counts as near.
-#}
{% macro taste_distance(price, mean_price, brand, brand_share, top_brand_share) -%}
    round(
        (
            case
                when {{ price }} is null or {{ mean_price }} is null then cast(0 as double)
                else 1 - exp(-abs(ln(
                    greatest({{ price }}, {{ var('min_price_amount') }})
                    / greatest({{ mean_price }}, {{ var('min_price_amount') }})
                )))
            end
            + case
                when {{ brand }} is null then 0
                else 1 - coalesce({{ brand_share }} / nullif({{ top_brand_share }}, 0), 0)
            end
        ) / case when {{ brand }} is null then 1 else 2 end, 9
    )
{%- endmacro %}
