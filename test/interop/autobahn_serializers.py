"""Sessions of autobahn|python over JSON, MessagePack and CBOR call one another and publish to one another.

Prints a line for each pair that understood one another. Usage: autobahn_serializers.py URL REALM
"""
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallResult, PublishOptions

SERIALIZERS = {'json': JsonSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}
ARGS = [
    0, -1, 2**53 - 1, -2**53 + 1, 2**63, -2**63, 2**64 - 1, 1.5, 1e300, '', 'ä€😀\x00', '\ufeff' + 'x' * 100,
    b'', b'\x00\xff', None, True, False, [], {}, {'a': [None, {'b': [b'c']}]}, [[[1]]],
]
KWARGS = {'n': 2**40, 'b': b'\x01', 'none': None, 'deep': {'list': [1, [2]]}}
# MessagePack cannot hold them.
HUGE = [2**128 - 1, -2**100]

sessions = {}
joined = asyncio.Event()


class Session(ApplicationSession):
    async def onJoin(self, details):
        name = self.config.extra['name']
        assert isinstance(details.session, int), details.session
        self.events = []
        await self.register(lambda *args, **kwargs: CallResult(*args, **kwargs), f'com.{name}.echo')
        await self.register(self.fail, f'com.{name}.fail')
        await self.subscribe(lambda *args, **kwargs: self.events.append((list(args), kwargs)), 'com.topic')
        sessions[name] = self
        if len(sessions) == len(SERIALIZERS):
            joined.set()

    def fail(self, *args, **kwargs):
        raise ApplicationError('com.example.failure', *args, **kwargs)


async def check(caller, callee):
    session = sessions[caller]
    result = await session.call(f'com.{callee}.echo', *ARGS, **KWARGS)
    assert list(result.results) == ARGS, result.results
    assert result.kwresults == KWARGS, result.kwresults
    try:
        await session.call(f'com.{callee}.fail', *ARGS, **KWARGS)
        assert False, 'no error came'
    except ApplicationError as error:
        assert error.error == 'com.example.failure', error
        assert list(error.args) == ARGS and error.kwargs == KWARGS, error
    if 'msgpack' not in (caller, callee):
        result = await session.call(f'com.{callee}.echo', *HUGE)
        assert list(result.results) == HUGE, result.results
    print(f'{caller} calls {callee}')


async def check_events(publisher):
    for session in sessions.values():
        session.events.clear()
    options = PublishOptions(acknowledge=True, exclude_me=False)
    publication = await sessions[publisher].publish('com.topic', *ARGS, options=options, **KWARGS)
    assert isinstance(publication.id, int)
    for session in sessions.values():
        # What the router sends afterwards comes afterwards.
        await session.call('com.json.echo')
        assert session.events == [(ARGS, KWARGS)], session.events
    print(f'{publisher} publishes')


async def main():
    for name, serializer in SERIALIZERS.items():
        runner = ApplicationRunner(sys.argv[1], sys.argv[2], serializers=[serializer()], extra={'name': name})
        await runner.run(Session, start_loop=False)
    await asyncio.wait_for(joined.wait(), 10)
    for caller in SERIALIZERS:
        for callee in SERIALIZERS:
            await check(caller, callee)
    for publisher in SERIALIZERS:
        await check_events(publisher)


asyncio.get_event_loop().run_until_complete(asyncio.wait_for(main(), 25))
