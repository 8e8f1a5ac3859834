"""What is asked and answered, as pydantic models; pure.

Validation, the OpenAPI document and the tests of every answer are made of these. Inside
v1 they only grow: a key is never taken away, renamed or given another type.
"""
