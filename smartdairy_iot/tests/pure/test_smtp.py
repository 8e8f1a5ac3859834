"""What an SMTP server's refusal means for the message."""

import smtplib
import socket

import pytest

from smartdairy_iot.notify.smtp import outcome_of


def recipient(code, said=b"no"):
    return smtplib.SMTPRecipientsRefused({"a@b.c": (code, said)})


@pytest.mark.parametrize(
    ("error", "is_final", "is_channel_down"),
    [
        (recipient(550), True, False),  # no such user
        (recipient(450), False, False),  # greylisting
        (recipient(421), False, True),
        (smtplib.SMTPDataError(554, b"spam"), True, False),
        (smtplib.SMTPDataError(452, b"no space"), False, False),
        (smtplib.SMTPSenderRefused(553, b"not you", "me@x"), False, True),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False, True),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), True, False),
        (smtplib.SMTPConnectError(554, b"go away"), False, True),
        (smtplib.SMTPServerDisconnected("bye"), False, False),
        (TimeoutError("timed out"), False, True),
        (ConnectionRefusedError(111, "refused"), False, True),
        (socket.gaierror(-2, "Name or service not known"), False, True),
    ],
)
def test_what_is_final_and_what_concerns_every_message(
    error, is_final, is_channel_down
):
    outcome = outcome_of(error)
    assert (outcome.is_final, outcome.is_channel_down) == (is_final, is_channel_down)
    assert outcome.error and not outcome.is_sent


def test_a_server_that_falls_silent_is_not_asked_for_each_message():
    try:
        try:
            raise TimeoutError("timed out")
        except OSError:
            raise smtplib.SMTPServerDisconnected("closed: timed out")  # noqa: B904
    except smtplib.SMTPServerDisconnected as error:
        assert outcome_of(error).is_channel_down


def test_what_the_server_said_is_told_in_one_line():
    outcome = outcome_of(recipient(550, b"5.1.1 no such\r\n user"))
    assert outcome.error.endswith("the address: 550 5.1.1 no such user")
