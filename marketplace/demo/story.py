"""What happened in the demo before today, told in order through the same verbs that people use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from math import ceil, cos, pi, radians, sin

from marketplace.accounts.models import User
from marketplace.demo import writing
from marketplace.demo.content import (
    DemoListing,
    DemoNeed,
    DemoOpportunity,
    DemoOrganisation,
    DemoPledge,
    DemoResponse,
)
from marketplace.demo.past import Past, drawn, moment
