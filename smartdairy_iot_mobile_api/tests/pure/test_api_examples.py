import pytest

from smartdairy_iot_mobile_api.schemas import (
    alert,
    analytics,
    auth,
    dashboard,
    device,
    preference,
    push,
    reading,
)
from smartdairy_iot_mobile_api.schemas.examples import EXAMPLES

MODULES = (alert, analytics, auth, dashboard, device, preference, push, reading)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_model_says(name):
    (model,) = {vars(module)[name] for module in MODULES if name in vars(module)}
    assert model.model_validate(EXAMPLES[name], strict=False)
