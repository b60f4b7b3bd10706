"""Small marts made by hand, a mail server on loopback, and nights that only notify."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import duckdb
from aiosmtpd.controller import Controller

from complaints.notices.notify import notify_of_night
from complaints.warehouse.run_log import open_log
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings

MANAGER = "manager@council.example"
LEGAL = "legal@council.example"
OFFICER = "officer@council.example"

FIRST = date(2018, 11, 26)

MARTS = """
create table dq_rules (
    position integer, rule_code varchar, severity varchar, suite varchar, description varchar,
    remedy varchar
);
insert into dq_rules values
    (1, 'received_date_invalid', 'error', 'structural', 'Not a date.', 'Correct the date.'),
    (2, 'stage_row_conflict', 'error', 'logical', 'Twice and different.', 'Delete one.'),
    (3, 'team_missing', 'warning', 'structural', 'No team.', 'Enter the team.'),
    (
        4, 'corporate_subject_logged_as_statutory', 'warning', 'classification',
        'Logged as statutory.', 'Decide which.'
    );
create table dq_quarantine (
    case_reference varchar, stage varchar, rule_codes varchar, file_name varchar,
    row_number bigint, record_id varchar, source varchar default 'complaints',
    service_team varchar default 'Fostering'
);
create table dq_warnings (
    case_reference varchar, stage varchar, rule_code varchar, file_name varchar,
    row_number bigint, source varchar default 'complaints',
    service_team varchar default 'Fostering',
    record_id varchar
);
create table dq_optional_inputs (
    file_name varchar, row_number bigint, source varchar, dataset varchar, rule_code varchar,
    severity varchar, description varchar, remedy varchar, position integer
);
create table dq_deliveries (
    run_id varchar, file_name varchar, status varchar, message varchar, content_hash varchar,
    source varchar default 'complaints', dataset varchar default 'complaints',
    is_stopped_now boolean default false
);
create table fct_complaint_stages (
    case_reference varchar, stage varchar, received_date date, due_date date, sla_status varchar,
    working_days_left integer, panel_due_date date, panel_sla_status varchar,
    panel_working_days_left integer,
    procedure varchar default 'statutory', is_open boolean default true,
    source varchar default 'complaints', service_team varchar default 'Assessments'
);
create table rpt_stage_2_milestones (
    case_reference varchar, received_date date, working_days_waited integer, is_started boolean,
    is_open boolean default true, procedure varchar default 'statutory',
    source varchar default 'complaints', service_team varchar default 'Assessments'
);
create table dq_erasures (
    erased_on date, way varchar, cause varchar, role varchar, cases bigint
);
create table ops_runs (run_id varchar, as_of_day date);
create view rpt_open_stages as from fct_complaint_stages where is_open;
create view rpt_worklist as
select
    'answer' as task, source, case_reference, procedure, stage, service_team, due_date,
    working_days_left, sla_status = 'open_overdue' as is_overdue
from rpt_open_stages where due_date is not null
union all
select
    'hold_panel', source, case_reference, procedure, stage, service_team, panel_due_date,
    panel_working_days_left, panel_sla_status = 'open_overdue'
from rpt_open_stages where panel_due_date is not null;
"""

HELD = (
    "insert into dq_quarantine values "
    "('C5', 'stage_1', 'received_date_invalid', 'a_{0}.csv', {1}, 'r5', 'complaints', 'Fostering')"
)
OVERDUE = (
    "insert into fct_complaint_stages by name select 'C{0}' as case_reference, 'stage_1' as stage, "
    "date '2018-11-01' as received_date, date '2018-11-15' as due_date, "
    "'open_overdue' as sla_status, -7 as working_days_left"
)
REJECTED = (
    "insert into dq_deliveries by name select '20181126T040000Z-0000' as run_id, "
    "'x.csv' as file_name, 'rejected' as status, '{}' as message"
)
WARNED = (
    "insert into dq_warnings values ('C1', 'stage_1', 'team_missing', 'a.csv', 1, 'complaints', "
    "'Fostering', 'r1')"
)

Mails = list[EmailMessage]


class Postbox:
    """Keeps what the mail server takes, and refuses whom it is to refuse."""

    def __init__(self) -> None:
        self.mails: Mails = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if address in self.refused:
            return f"550 {address} is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return "250 OK"

    def taken(self) -> Mails:
        """Return what came since it was asked last."""
        taken, self.mails = self.mails, []
        return taken


class _Server(Controller):
    """aiosmtpd asks port 0 of itself whether it is up; the port is known only then."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(postbox: Postbox, port: int = 0) -> Iterator[int]:
    """Serve the postbox on loopback; give its port."""
    server = _Server(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def change(settings: Settings, *statements: str) -> None:
    """Change the published marts."""
    with duckdb.connect(settings.marts_path) as marts:
        for statement in statements:
            marts.execute(statement)


def notify(settings: Settings, day: date, **given: Any) -> list[str]:
    """Do what is done after that day's night."""
    run = Run(f"{day:%Y%m%d}T040000Z-0000", datetime(2018, 11, 27, 4), day, "", **given)
    return notify_of_night(settings.model_copy(update={"as_of": day}), run, ["complaints"])


def day(number: int) -> date:
    """Return a day by its distance from the first."""
    return FIRST + timedelta(days=number)


def log_rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """Return rows of the log of runs."""
    with open_log(settings.runs_path) as log:
        return log.execute(sql).fetchall()


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()
