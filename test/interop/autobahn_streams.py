"""Streams as progressive results. Makes COUNT calls at once, and prints the results of each in a line.

Usage: autobahn_streams.py URL COUNT
"""
import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.types import CallOptions


class Streams(ApplicationSession):
    async def onJoin(self, details):
        for line in await asyncio.gather(*(self.stream(index) for index in range(int(sys.argv[2])))):
            print(line)
        self.leave()

    async def stream(self, index):
        results = []
        options = CallOptions(on_progress=results.append)
        results.append(await self.call('com.billing.get_invoice', id=index, options=options))
        return json.dumps(results)

    def onLeave(self, details):
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(sys.argv[1], 'com.example.myrealm').run(Streams)
