"""Reads notifications as OpenStack's services do: python3 oslo-listener.py TRANSPORT_URL TOPIC.

Prints "ready" when it listens, and a line of JSON for each notification: [priority, publisher, event type, payload,
metadata].
"""
import json
import sys

import oslo_messaging
from oslo_config import cfg


class Printer:
    def _print(self, priority, publisher, event_type, payload, metadata):
        print(json.dumps([priority, publisher, event_type, payload, metadata]), flush=True)
        return oslo_messaging.NotificationResult.HANDLED

    def info(self, ctxt, publisher, event_type, payload, metadata):
        return self._print("info", publisher, event_type, payload, metadata)

    def error(self, ctxt, publisher, event_type, payload, metadata):
        return self._print("error", publisher, event_type, payload, metadata)


transport = oslo_messaging.get_notification_transport(cfg.ConfigOpts(), url=sys.argv[1])
target = oslo_messaging.Target(topic=sys.argv[2], exchange="glance")
listener = oslo_messaging.get_notification_listener(transport, [target], [Printer()], executor="threading")
listener.start()
print("ready", flush=True)
listener.wait()
