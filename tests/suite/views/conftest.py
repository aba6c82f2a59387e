"""What the tests of the views share: one work year that nobody changes."""

import pytest
from made_years import work_year


@pytest.fixture(scope="session")
def year():
    return work_year()
