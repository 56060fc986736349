{#- At the end of a run: write the reader file anew when a public model was built, and neither a publish model nor a
    test of one failed. A channel whose audits failed keeps its live release and does not hold the others back. -#}
{% macro publish_reader_file(results=none) -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- set outcome = {'built': false, 'failed': [], 'held': []} -%}
        {%- for result in results or [] -%}
            {%- set node = result.node -%}
            {%- if node.resource_type == 'model' -%}
                {%- if 'the live release stays' in (result.message or '') -%}
                    {%- do outcome.held.append(node.name) -%}
                {%- elif result.status in ('error', 'fail', 'skipped', 'runtime error')
                    and ('/release' in node.original_file_path or '/recommendations/' in node.original_file_path) -%}
                    {%- do outcome.failed.append(node.name) -%}
                {%- elif node.config.access == 'public' or node.access == 'public' -%}
                    {%- do outcome.update({'built': true}) -%}
                {%- endif -%}
            {%- elif node.resource_type in ('test', 'unit_test')
                and result.status in ('error', 'fail', 'runtime error') -%}
                {%- for parent in node.depends_on.nodes if parent in graph.nodes
                    and ('/release' in graph.nodes[parent].original_file_path
                        or '/recommendations/' in graph.nodes[parent].original_file_path) -%}
                    {%- do outcome.failed.append(node.name) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if outcome.failed -%}
            {%- set failed = outcome.failed | unique | join(', ') -%}
            {%- do log('The reader file stays as it was: ' ~ failed ~ ' did not succeed.', info=true) -%}
        {%- elif outcome.built -%}
            {%- do vitrine.swap_reader_file() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
