"""Stores the status of each agent and counts the agent's events.

An event that is delivered more than once is counted once.
https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html
"""

import json
import os
import sys
import time
from base64 import b64decode

import boto3
import fastjsonschema  # the Powertools layer contains it

dynamodb = boto3.client("dynamodb")

with open(os.environ["SCHEMA_FILE"], encoding="utf-8") as file:
    validate_agent_event = fastjsonschema.compile(json.load(file))

# Kinesis can deliver an event again during the retention period of the stream, which is one day.
REMEMBERED_SECONDS = 2 * 24 * 60 * 60


def handler(event, _context):
    for record in event["Records"]:
        sequence_number = record["kinesis"]["sequenceNumber"]
        try:
            agent_event = validate_agent_event(
                json.loads(b64decode(record["kinesis"]["data"]))
            )
            if agent_event["EventType"] != "HEART_BEAT":
                keep(agent_event)
        except Exception as error:
            # Not the message, which can contain parts of the record.
            message = {"sequenceNumber": sequence_number, "error": type(error).__name__}
            print(json.dumps(message, separators=(",", ":")), file=sys.stderr)
            # Lambda delivers this record and all later records of the batch again, so the events
            # of an agent stay in order.
            return {"batchItemFailures": [{"itemIdentifier": sequence_number}]}
    return {"batchItemFailures": []}


def keep(event):
    """Updates the agent and stores the event ID in one transaction."""
    table = os.environ["TABLE_NAME"]
    status = (event.get("CurrentAgentSnapshot") or {}).get("AgentStatus") or {}
    expires_at = int(time.time()) + REMEMBERED_SECONDS
    remember = {
        "TableName": table,
        "Item": {
            "id": {"S": f"event {event['EventId']}"},
            "expiresAt": {"N": str(expires_at)},
        },
        "ConditionExpression": "attribute_not_exists(id)",
    }
    update = {
        "TableName": table,
        "Key": {"id": {"S": event["AgentARN"]}},
        "UpdateExpression": "SET #status = :status, #since = :since ADD #events :one",
        "ExpressionAttributeNames": {
            "#status": "status",
            "#since": "since",
            "#events": "events",
        },
        "ExpressionAttributeValues": {
            ":status": {"S": status.get("Name") or "Unknown"},
            ":since": {"S": status.get("StartTimestamp") or event["EventTimestamp"]},
            ":one": {"N": "1"},
        },
    }
    try:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": remember}, {"Update": update}]
        )
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response.get("CancellationReasons") or [{}]
        if reasons[0].get("Code") != "ConditionalCheckFailed":
            raise
