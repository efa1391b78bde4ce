"""The views of standards: the public handbook, and the assessments of one's own subjects below /me/."""

from .handbook import evaluation, standard_detail, standard_list, version_detail
from .own import appeal, assessment, discard, mine, put_in, resume, start, start_year, submit, take_back

__all__ = [
    "appeal",
    "assessment",
    "discard",
    "evaluation",
    "mine",
    "put_in",
    "resume",
    "standard_detail",
    "standard_list",
    "start",
    "start_year",
    "submit",
    "take_back",
    "version_detail",
]
