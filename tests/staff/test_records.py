"""The page of a record: tabs, counts, locks, search, verbs, neighbours."""

import pytest
from django.contrib import admin
from django.urls import reverse

from chengyang import extensions

pytestmark = pytest.mark.django_db
