"""Keyword arguments of a result (`result = kwargs`), read as autobahn|python hands them over.

Usage: autobahn_kwargs.py URL
"""
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession


class Kwargs(ApplicationSession):
    async def onJoin(self, details):
        result = await self.call('com.billing.get_invoice', id='INV-001', expand='lines')
        print(f"Status: {result.kwresults['status']}, Body: {result.kwresults['body']}")
        self.leave()

    def onLeave(self, details):
        # The default prints a line of its own.
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(sys.argv[1], 'com.example.myrealm').run(Kwargs)
