"""What analysts and their scripts rely on: the published tables, and the codes of the rules."""

# The columns that each table has at least.
TABLES = {
    "fct_complaint_stages": """
        source case_reference procedure stage received_date clock_start_date due_date
        due_date_from_request extension_agreed responded_date working_days_taken sla_status
        sla_status_from_request acknowledgement_due_date acknowledgement_status panel_date
        panel_due_date panel_sla_status findings_due_date findings_status due_date_overall
        sla_status_overall is_target_met_by_source outcome is_upheld
        service_team legal_basis complainant_type financial_quarter source_file source_row""",
    "fct_complaints": """
        source case_reference procedure first_received_date financial_quarter highest_stage is_open
        escalated_to_stage_2 escalated_to_stage_3 reached_ombudsman""",
    "fct_complaint_reasons": "source case_reference stage reason",
    "dim_date": "date is_working_day financial_quarter financial_year",
    "dim_stages": "procedure stage stage_number printed_name has_time_limit",
    "dim_outcomes": "outcome printed_name outcome_number is_upheld",
    "rpt_quarterly_stages": """
        financial_quarter is_complete procedure stage received in_sla in_sla_basic in_sla_extended
        late open_in_time open_overdue not_applicable upheld fully_upheld partially_upheld withdrawn
        eligible decided due held_back in_sla_rate upheld_rate in_sla_due_rate
        received_previous_quarter received_same_quarter_last_year received_change_on_quarter
        received_change_on_year in_sla_rate_change_on_quarter in_sla_rate_change_on_year
        upheld_rate_change_on_quarter upheld_rate_change_on_year""",
    "rpt_quarterly_teams": "financial_quarter procedure stage service_team received in_sla upheld",
    "rpt_quarterly_reasons": "financial_quarter procedure stage reason complaints",
    "rpt_quarterly_characteristics": """
        financial_quarter procedure stage characteristic value complaints""",
    "rpt_open_stages": """
        source case_reference procedure stage service_team received_date due_date
        working_days_left""",
    "rpt_stage_2_milestones": """
        source case_reference procedure service_team received_date investigator_appointed_date
        independent_person_appointed_date statement_agreed_date investigation_report_date
        adjudication_date working_days_to_investigator working_days_to_independent_person
        working_days_to_statement working_days_to_report working_days_to_adjudication""",
    "rpt_published_figures": """
        report section period procedure stage measure unit printed computed
        computed_excluding_withdrawn agreement attainable contradicts""",
    "rpt_published_breakdowns": """
        report section period procedure stage breakdown value received in_sla upheld computed
        computed_excluding_withdrawn agreement attainable contradicts received_covered_share""",
    "dq_rules": "rule_code severity description remedy rows_failing",
    "dq_warnings": "rule_code file_name row_number source case_reference stage",
    "dq_deliveries": """
        run_id file_name rows_read rows_loaded rows_unchanged rows_duplicate rows_superseded
        rows_quarantined rows_erased status""",
    "dq_erasures": "erased_on way cause role cases",
    "dq_accepted": "source case_reference stage rule_code severity accepted_by accepted_on",
    "dq_quarantine": "file_name row_number source case_reference stage rule_codes held_since",
    "dq_trends": """
        rule_code severity source as_of_day run_id rows_failing rows_held_back rows_warned
        rows_current""",
    "ops_runs": "run_id as_of_day started_at finished_at seconds status failed_step run_number",
    "ops_steps": "run_id position step started_at seconds rows peak_memory_bytes status",
    "ops_alerts": """
        message_id run_id as_of_day audience recipients items created_at sent_at attempts status""",
}

# Every rule by severity, the errors in the order in which a row's codes are listed.
ERRORS = (
    "row_unreadable",
    "case_reference_missing",
    "case_reference_mangled",
    "procedure_unknown",
    "stage_unknown",
    "received_date_missing",
    "received_date_invalid",
    "received_date_in_future",
    "responded_date_invalid",
    "responded_date_in_future",
    "responded_before_received",
    "clock_start_before_received",
    "stage_not_in_procedure",
    "stage_row_conflict",
    "stage_received_before_previous_stage",
)
WARNINGS = (
    "procedure_differs_within_case",
    "last_updated_went_back",
    "received_date_moved",
    "reference_resembles_another",
    "stage_without_previous_stage",
    "stage_received_before_previous_response",
    "escalated_after_time_limit",
    "day_and_month_may_be_exchanged",
    "closed_without_outcome",
    "outcome_without_response",
    "outcome_unknown",
    "extension_unknown",
    "target_met_unknown",
    "advocate_unknown",
    "closed_date_unknown",
    "status_unknown",
    "legal_basis_unknown",
    "other_date_invalid",
    "clock_start_implausible",
    "milestones_out_of_order",
    "extension_date_without_extension",
    "team_missing",
    "target_date_disagrees",
    "statutory_subject_logged_as_corporate",
    "corporate_subject_logged_as_statutory",
)
