"""Training's tables."""

from training.models.exams import ExamMark

__all__ = ["ExamMark"]
