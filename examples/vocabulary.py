"""The words the example draws from: teams, legal bases, reasons, characteristics, learning.

Every list may repeat a value to make it likelier. Blank means that nothing was recorded.
"""

# Team: the legal bases its complaints may carry, all of them of the team's procedure or of either.
TEAMS: dict[str, dict[str, tuple[str, ...]]] = {
    "statutory": {
        "Children in Need": ("s17", "s17", "s17", ""),
        "Assessments": ("s17", "s17", "s47", ""),
        "Looked After Children": ("s20", "s22", "s23", "s22"),
        "Early Help": ("s17", "other", ""),
        "Leaving Care": ("s24", "s24", ""),
        "Child Protection & Proceedings": ("s31", "s34", "s47", "child_protection_conference"),
        "Fostering & Children's Placement": ("s23", "s23", "s33"),
        "Children with Disabilities": ("s17", "s17", "s20"),
        "Adoption Support": ("adoption_support", "special_guardianship"),
        "Youth Offending": ("other", "staff_conduct"),
    },
    "corporate": {
        "School Admissions": ("other", ""),
        "SEN Assessment": ("send", "send", ""),
        "Home to School Transport": ("send", "other"),
        "Children\u2019s Centres": ("other", "staff_conduct", ""),
        "Fostering Recruitment": ("foster_carer_assessment", "adopter_assessment"),
        "Information Governance": ("data_protection",),
        "Court Team": ("s7_report", "s37_report"),
    },
}

REASONS: dict[str, tuple[str, ...]] = {
    "statutory": (
        "Communication",
        "Communication;Delays",
        "Delays",
        "Staff Conduct",
        "Quality of Assessment",
        "Contact Arrangements;Communication",
        "Poor Case Management",
        "Placement",
        "",
    ),
    "corporate": (
        "Communication",
        "Delays",
        "Decision Disputed",
        "Decision Disputed;Communication",
        "Staff Conduct",
        "Data Handling",
        "Policy",
        "",
    ),
}

CHARACTERISTICS: dict[str, dict[str, tuple[str, ...]]] = {
    "statutory": {
        "complainant_type": ("parent", "parent", "parent", "child", "carer", "advocate", "other"),
        "age_band": ("0-4", "5-9", "10-15", "10-15", "16-17", "18+", ""),
        "gender": ("female", "male", "female", "male", ""),
        "ethnicity": (
            "White",
            "White",
            "Black, African, Caribbean or Black British",
            "Asian or Asian British",
            "Mixed or multiple ethnic groups",
            "Other ethnic group",
            "",
        ),
        "disability": ("no", "no", "no", "yes", ""),
        "sexual_orientation": ("", "", "heterosexual", "prefer not to say"),
        "advocate": ("no", "no", "no", "yes", ""),
    },
    "corporate": {
        "complainant_type": ("parent", "parent", "parent", "carer", "other", ""),
        "age_band": ("5-9", "10-15", "", "", ""),
        "gender": ("female", "male", "", ""),
        "ethnicity": ("White", "Asian or Asian British", "", "", ""),
        "disability": ("no", "yes", "", "", ""),
        "sexual_orientation": ("",),
        "advocate": ("no", "no", ""),
    },
}

AGES_OF_TEAM: dict[str, tuple[str, ...]] = {
    "Leaving Care": ("16-17", "18+", "18+"),
    "Youth Offending": ("10-15", "16-17", ""),
}
AGES_OF_COMPLAINING_CHILDREN = ("10-15", "10-15", "16-17", "18+")
AGES_ASKED_FOR_ORIENTATION = ("16-17", "18+")

LEARNING: dict[str, tuple[str, ...]] = {
    "statutory": (
        "Meetings are held within the legislative timescales.",
        "Minutes of reviews are sent within ten working days.",
        "A change of worker is announced in writing, with a contact for the meantime.",
        "Case notes are brought up to date before a case is handed over.",
        "Assessments are shared before the meeting; comments are recorded.",
        'The leaflet "How to complain" is given at the first visit.',
    ),
    "corporate": (
        "Letters now explain a child\u2019s right to an advocate.",
        "Decisions name the person\u2019s route of appeal.",
        "Transport changes are confirmed by e-mail; calls are logged.",
        "Requests for records are acknowledged within two working days.",
    ),
}
