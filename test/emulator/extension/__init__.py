"""
Extends MiniStack by Amazon Connect, and by the behavior of AWS that this library depends on. See the README.
"""
from extension import alarms, authorization, bucket_encryption, connect_api, deployments, firehose_delivery, resource_types, stream_encryption


def install() -> None:
    for part in (alarms, authorization, connect_api, resource_types, stream_encryption, bucket_encryption, firehose_delivery, deployments):
        part.install()
