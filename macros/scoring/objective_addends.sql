{#- The addends of an objective score by the name of their column, each with its sign and rounded alike, so that their
    sum is the score to within 1e-9. Over the relations scores, products, weights and responses; `boost` is what
    rules add. -#}
{% macro objective_addends(boost='boost') -%}
    {{ return({
        'purchase_addend': ['+', 'round(weights.purchase_weight * scores.relevance_score, 9)'],
        'click_bonus': ['+', vitrine.odds_bonus('responses.click_probability', 'weights.click_weight')],
        'cart_bonus': ['+', vitrine.odds_bonus('responses.cart_probability', 'weights.cart_weight')],
        'value_bonus': ['+', vitrine.value_bonus('products.price_amount', 'weights.value_weight')],
        'margin_bonus': ['+', vitrine.margin_bonus(vitrine.margin_amount('products'), 'weights.margin_weight')],
        'popularity_penalty': ['-', vitrine.popularity_penalty('products.popularity_z', 'weights.novelty_weight')],
        'boost': ['+', 'round(' ~ boost ~ ', 9)'],
    }) }}
{%- endmacro %}
