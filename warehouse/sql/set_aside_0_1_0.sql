-- A home of version 0.1.0: its own tables are kept aside, within the transaction that takes them
-- over, and what dbt made of them goes; the night rebuilds it.
create temporary table old_row_versions as from raw.row_versions;
create temporary table old_row_states as from raw.row_states;
create temporary table old_stage_rows as from raw.stage_rows;
create temporary table old_deliveries as from raw.deliveries;
create temporary table old_delivery_files as from raw.delivery_files;
create temporary table old_acceptances as from raw.acceptances;
create temporary table old_nights as from raw.nights;
create temporary table old_publications as from raw.publications;
create temporary table old_quality_trends as from raw.quality_trends;
create temporary table old_optional_inputs as from raw.optional_inputs;
create temporary table old_learning_actions as from raw.learning_actions;
create temporary table old_benchmarks as from raw.benchmarks;
create temporary table old_indicators as from raw.indicators;
create temporary table old_team_changes as from raw.team_changes;
drop schema raw cascade;
drop schema landing cascade;
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
