"""The guide's Python example as it stands there, its indentation restored, and the few lines that run it.

Usage: autobahn_guide.py URL [json]     prints what the example prints; with `json`, offers wamp.2.json alone
"""
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner


# --- the guide -------------------------------------------------------------------------------------------------------
from autobahn.asyncio.wamp import ApplicationSession


class MyComponent(ApplicationSession):
    async def onJoin(self, details):
        try:
            result = await self.call('com.billing.get_invoice', id='INV-001')
            print(f"Status: {result['status']}, Body: {result['body']}")
        except Exception as e:
            # e.error contains the WAMP error URI
            # e.kwargs contains {"status": <http_code>, "body": <response>}
            if e.error == 'wamp.error.not_found':
                print("Invoice not found")
            elif e.error == 'wamp.error.not_authorized':
                print("Not authorized")
            elif e.error == 'bondy.error.bad_gateway':
                print(f"Upstream error: {e.kwargs.get('body')}")
# --- end of the guide ------------------------------------------------------------------------------------------------


class OneCall(MyComponent):
    async def onJoin(self, details):
        await super().onJoin(details)
        self.leave()

    def onLeave(self, details):
        # The default prints a line of its own.
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


def main():
    serializers = None
    if sys.argv[2:] == ['json']:
        from autobahn.wamp.serializer import JsonSerializer

        serializers = [JsonSerializer()]
    runner = ApplicationRunner(sys.argv[1], 'com.example.myrealm', serializers=serializers)
    runner.run(OneCall)


main()
