"""Lessons: all of them, in the order of the page.

To write another, add a `Lesson` to one of the lists; its settings must be sliders of its market.
"""

from __future__ import annotations

from loyaltysim.app.lessons_of_brands import OF_BRANDS
from loyaltysim.app.lessons_of_customers import OF_CUSTOMERS

LESSONS = (*OF_BRANDS, *OF_CUSTOMERS)
BY_NAME = {lesson.name: lesson for lesson in LESSONS}
