import pytest

from dbt_project.lint.portable import problems, words_of_one_engine


@pytest.mark.parametrize(
    "text",
    [
        "select a from b qualify row_number() over (partition by c order by d) = 1",
        "select * exclude (side) from both_sides",
        "select * rename (a as b) from c",
        "select a from b union all by name select a from c",
        "count(*) filter (where is_open) over (order by day)",
        "day::date",
        "cast(a as varchar)",
        "a anti join b using (c)",
        "arg_max(a, b)",
        "(2 * a) // b",
        "a div b",
        "unnest(reasons)",
        "explode(reasons)",
        "list_filter(reasons, lambda each: each <> '')",
        "regexp_replace(a, 'b', 'c', 'g')",
        "a rlike r'b'",
        "'Children''s statutory'",
        "string_agg(a, ',' order by b)",
        "collect_list(a)",
        "isodow(day)",
        "date_diff('day', a, b)",
        "error('no such year')",
    ],
)
def test_a_word_of_one_engine_is_found_on_its_line(text):
    assert [word.line for word in words_of_one_engine(f"\n\n{text}\n")][:1] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "-- unnest() would do",
        "{#- qualify (DuckDB) -#}",
        "{{ list_length('reasons') }} > 0",
        "max_by(a, b), count(case when is_open then 1 end) over (order by day)",
        "filter(skipped_after, each -> each < row_number)",
        "https://www.gov.uk/bank-holidays",
    ],
)
def test_what_both_engines_know_or_nobody_runs_is_not_refused(text):
    assert list(words_of_one_engine(text)) == []


def test_a_word_of_one_engine_is_refused_with_file_line_and_what_to_write(tmp_path):
    model = tmp_path / "dbt_project" / "models" / "fct.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select\n    day::date\nfrom days\n")
    assert problems(tmp_path / "dbt_project") == [
        "dbt_project/models/fct.sql:2: `::d` is not known to both DuckDB and Spark; "
        "write cast(… as …)"
    ]


def test_the_models_are_portable():
    assert problems() == []
