"""What an SMTP server's refusal means for the message. Pure."""

import smtplib

from .outcome import Outcome

_SERVICE_CLOSES = 421


def outcome_of(error):
    """
    :param error: what sending raised: of smtplib, or an OSError
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _refused("the mail server refuses the address", code, said)
        case smtplib.SMTPSenderRefused():
            # Every message has the same sender.
            said = _text(error.smtp_error)
            return Outcome(
                False,
                f"The mail server refuses the sender {error.sender}:"
                f" {error.smtp_code} {said}",
                is_channel_down=True,
            )
        case smtplib.SMTPAuthenticationError():
            return Outcome(
                False,
                "The mail server refuses user or password:"
                f" {error.smtp_code} {_text(error.smtp_error)}",
                is_channel_down=True,
            )
        case smtplib.SMTPServerDisconnected() if _is_timeout(error):
            # smtplib says so of both; to wait as long for each message would be long.
            return outcome_of(TimeoutError())
        case smtplib.SMTPServerDisconnected():
            return Outcome(False, "The mail server broke the connection off.")
        case smtplib.SMTPNotSupportedError():
            return Outcome(False, f"The mail server cannot: {error}", is_final=True)
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            said = _text(error.smtp_error)
            return Outcome(
                False,
                f"The mail server turns us away: {error.smtp_code} {said}",
                is_channel_down=True,
            )
        case smtplib.SMTPResponseException():
            return _refused(
                "the mail server refuses the message", error.smtp_code, error.smtp_error
            )
        case TimeoutError():
            return Outcome(
                False, "The mail server does not answer in time.", is_channel_down=True
            )
        case ConnectionRefusedError():
            return Outcome(
                False, "The mail server refuses the connection.", is_channel_down=True
            )
    return Outcome(False, f"The mail server: {error}", is_channel_down=True)


def _refused(what, code, said):
    """5xx is for good; 4xx asks to come again (greylisting, a full mailbox)."""
    error = f"{what[0].upper()}{what[1:]}: {code} {_text(said)}"
    return Outcome(
        False,
        error,
        is_final=500 <= code < 600,
        is_channel_down=code == _SERVICE_CLOSES,
    )


def _is_timeout(error):
    return isinstance(error.__context__, TimeoutError)


def _text(said):
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
