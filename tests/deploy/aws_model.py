"""Checks a recorded `aws` command line as AWS itself would: by the real CLI's parser and botocore's service models.

awscli's own argument tables turn the flags into API parameters (shorthand, JSON and file:// included), and botocore
validates and serialises these. Nothing leaves the process: the request is caught before it would be sent.
"""

import contextlib
import functools
import io
import os
from unittest import mock

import awscli.clidriver
from botocore.awsrequest import AWSResponse

DUMMY = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-2", "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}


class Refused(Exception):
    """The command line is not one that AWS would take."""


class _Raw:
    def __init__(self, body: bytes):
        self.body = body

    def stream(self, *_args, **_kwargs):
        yield self.body


sent: list[tuple[str, dict]] = []


@functools.cache
def _driver():
    """The CLI, with its requests caught; made once, it takes a good second."""
    driver = awscli.clidriver.create_clidriver()
    # Parameters are validated against the model right after this event; a failure is told by the CLI's words.
    driver.session.register("provide-client-params.*", lambda params, model, **_: sent.append((model.name, dict(params))))
    driver.session.register("before-send.*", lambda request, **_: AWSResponse(request.url, 200, {}, _Raw(b"{}")))
    return driver


def check(arguments: list[str]) -> list[tuple[str, dict]]:
    """The (operation, parameters) that the command would send. Raises Refused with the CLI's own words."""
    # The profile's existence is the user's affair.
    if "--profile" in arguments:
        at = arguments.index("--profile")
        arguments = arguments[:at] + arguments[at + 2 :]
    sent.clear()
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.dict(os.environ, DUMMY), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        os.environ.pop("AWS_PROFILE", None)
        try:
            code = _driver().main(arguments)
        except SystemExit as stop:
            code = stop.code
    words = err.getvalue()
    # An empty answer can trip the printing of a --query; that is after the request was accepted.
    if not sent or (code and any(w in words for w in ("Parameter validation", "Unknown", "Error parsing", "usage:"))):
        raise Refused(words.strip() or f"exit code {code}, no request")
    return list(sent)
