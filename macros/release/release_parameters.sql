{# The vars that shape a release, as JSON: what recommendation_releases records of them. #}
{% macro release_parameters() -%}
    {%- set values = {} -%}
    {%- for name in [
        'connector', 'horizon_days', 'train_cutoff_count', 'refit_every_days', 'judge_everybody', 'rules',
        'requiring_rules',
        'candidate_sources',
        'interaction_half_life_days', 'intent_half_life_days', 'affinity_models', 'recent_window_days',
        'season_days', 'views_per_want', 'popularity_days', 'assumed_sellable_days', 'new_category_days',
        'min_shared_baskets', 'min_shared_customers', 'min_pair_buyers', 'pair_shrinkage_count',
        'max_candidates_per_source', 'allow_replenishment', 'rerank_pool_size', 'reserves_per_group',
        'objective_min_known_share', 'negative_sample_share', 'click_attribution_days',
        'response_min_positives', 'response_sample_share', 'response_negative_share',
        'recently_bought_days', 'durable_rest_days', 'min_price_amount', 'price_band_percentiles',
        'unrecorded_consent', 'holdout_share', 'holdout_salt', 'journey_window_days', 'journey_max_lag_days',
        'journey_channel', 'channels', 'channel_rules', 'evaluated_channels', 'fallback_channels',
        'fallback_spare_slots', 'click_through_days', 'cart_attribution_days', 'view_through_days', 'view_needs_open',
        'attribution_rule', 'scanner_seconds', 'scanner_min_links', 'scanner_link_share', 'recent_buyer_days',
        'posterior_half_life_days', 'posterior_default_rates', 'posterior_category_strength', 'posterior_min_strength',
        'posterior_max_strength', 'posterior_strength_outcomes',
        'exploration_outcome', 'exploration_seed', 'exploration_ucb_width',
        'exploration_pool_size', 'exploration_path_count', 'retention_days'
    ] -%}
        {%- do values.update({name: var(name)}) -%}
    {%- endfor -%}
    {#- Whatever else was given on the command line; what dbt_project.yml says is part of the code version. -#}
    {%- do values.update({'given': invocation_args_dict.get('vars', {})}) -%}
    {{ return(tojson(values, sort_keys=true) | replace("'", "''")) }}
{%- endmacro %}
