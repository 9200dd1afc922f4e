"""The rows for AWS's Pricing Calculator, checked as the AWS CLI would before it sends them."""

import json

import botocore.session
from botocore.validate import ParamValidator
from conftest import ROOT

SAMPLE = json.loads((ROOT / "reports/bcm-pricing-calculator.json").read_text())
MODEL = botocore.session.get_session().get_service_model("bcm-pricing-calculator")
SHAPE = MODEL.operation_model("BatchCreateWorkloadEstimateUsage").input_shape
IDENTIFIER = "00000000-0000-0000-0000-000000000000"


def complaints(usage) -> str:
    report = ParamValidator().validate({"workloadEstimateId": IDENTIFIER, "usage": usage}, SHAPE)
    return report.generate_report()


def test_every_batch_is_a_valid_request():
    for environment in SAMPLE["environments"]:
        assert environment["batches"]
        for batch in environment["batches"]:
            assert complaints(batch) == ""
        estimate = MODEL.operation_model("CreateWorkloadEstimate").input_shape
        assert ParamValidator().validate(environment["workload_estimate"], estimate).generate_report() == ""


def test_the_model_would_complain():
    row = dict(SAMPLE["environments"][0]["batches"][0][0])
    assert "Missing required parameter" in complaints([{k: v for k, v in row.items() if k != "amount"}])
    assert "Invalid type" in complaints([{**row, "amount": "1"}])
