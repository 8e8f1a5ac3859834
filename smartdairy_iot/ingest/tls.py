"""TLS towards the broker, for the listener and for whoever publishes."""

import ssl

from ..settings import SettingsError


def tls_context(settings):
    """:raise SettingsError: a file is not there, or is none of these"""
    try:
        context = ssl.create_default_context(cafile=settings.mqtt_ca)
    except OSError as error:  # ssl.SSLError is one, and none names the file
        raise SettingsError(
            f"mqtt_ca = {settings.mqtt_ca} cannot be used: {error}"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if settings.mqtt_cert:
        try:
            context.load_cert_chain(settings.mqtt_cert, settings.mqtt_key)
        except OSError as error:
            raise SettingsError(
                f"mqtt_cert = {settings.mqtt_cert} and mqtt_key = {settings.mqtt_key} "
                f"cannot be used: {error}"
            ) from None
    return context


def identify(client, settings):
    """A client of paho says who it is: by a password, a certificate, or both."""
    if settings.mqtt_username:
        client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
    if settings.mqtt_ca:
        client.tls_set_context(tls_context(settings))
