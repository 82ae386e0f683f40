{% macro contributions_digest(contributors, value_digests) -%}
    {#- A sum, so that the digest of a set without a part of it is the difference of theirs. -#}
    (
        select coalesce(sum(hashint4extended(member.contributor, hashint4extended(member.digest, 0))), 0)
        from ({{ members(contributors, value_digests) }}) as member
    )
{%- endmacro %}
