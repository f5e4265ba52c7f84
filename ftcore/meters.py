"""What the program counts of itself, in its memory; /metrics shows it. No label holds a person, a number or an agency.

Counted where it happens: an increment costs less than a microsecond. What can be asked of the database is not counted
here (`ftcore.operations.metrics`).
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LONG_SECONDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)

gateway_calls = Counter("entremise_gateway_calls", "SMS handed to the gateway.", ["outcome"], registry=REGISTRY)
gateway_seconds = Histogram(
    "entremise_gateway_seconds", "How long the gateway took to answer.", buckets=_SECONDS, registry=REGISTRY
)
model_requests = Counter("entremise_model_requests", "Requests to the language model.", ["outcome"], registry=REGISTRY)
model_tokens = Counter("entremise_model_tokens", "Tokens read and written.", ["direction"], registry=REGISTRY)
model_seconds = Histogram(
    "entremise_model_seconds", "How long the language model took.", buckets=_LONG_SECONDS, registry=REGISTRY
)
callbacks_read = Counter("entremise_callbacks_read", "Callbacks taken in.", ["kind"], registry=REGISTRY)
round_seconds = Histogram(
    "entremise_dispatcher_round_seconds", "How long a round took.", ["thread"], buckets=_SECONDS, registry=REGISTRY
)
database_retries = Counter(
    "entremise_database_retries", "Transactions run again after another writer.", registry=REGISTRY
)
page_errors = Counter("entremise_page_errors", "Page runs that failed without a sentence.", registry=REGISTRY)
