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
        case smtplib.SMTPServerDisconnected() if not _is_timeout(error):
            return Outcome(False, "The mail server broke the connection off.")
        case smtplib.SMTPNotSupportedError():
            return Outcome(False, f"The mail server cannot: {error}", is_final=True)
        case smtplib.SMTPDataError():
            return _refused(
                "the mail server refuses the message", error.smtp_code, error.smtp_error
            )
    return Outcome(False, _of_every_message(error), is_channel_down=True)


def _of_every_message(error):
    """What no other message would escape either."""
    match error:
        case smtplib.SMTPSenderRefused():
            what = f"refuses the sender {error.sender}"
        case smtplib.SMTPAuthenticationError():
            what = "refuses user or password"
        case smtplib.SMTPResponseException():
            what = "turns us away"
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            return "The mail server does not answer in time."
        case ConnectionRefusedError():
            return "The mail server refuses the connection."
        case _:
            return f"The mail server cannot be used: {error}"
    return f"The mail server {what}: {error.smtp_code} {_text(error.smtp_error)}"


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
    """smtplib says of silence too that the connection is closed. To wait as long for
    each message would be long."""
    return isinstance(error.__context__, TimeoutError)


def _text(said):
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
