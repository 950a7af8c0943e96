"""autobahn|python, driven by a test. See driver.py."""
import asyncio
import sys

import txaio
from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import auth
from autobahn.wamp.cryptosign import CryptosignKey
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallOptions, CallResult, RegisterOptions

from driver import Failure, serve

SERIALIZERS = {'json': JsonSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}


def failure_of(error):
    return Failure(error.error, error.args, error.kwargs)


class Client(ApplicationSession):
    cancels = True

    def onConnect(self):
        self.ended = asyncio.get_running_loop().create_future()
        # Of a second, which ApplicationRunner sets, a busy machine may make too little.
        self._transport.closeHandshakeTimeout = 20
        self.enter()

    def enter(self):
        self.join(self.config.realm)

    def onJoin(self, details):
        self.session = details.session
        self.config.extra['joined'].set_result(self)

    def onLeave(self, details):
        joined = self.config.extra['joined']
        if not joined.done():
            joined.set_exception(Failure(details.reason, [], {}))
        self.disconnect()

    def onDisconnect(self):
        self.ended.set_result(None)

    def onUserError(self, failure, message):
        # Errors that procedures answer with are no accident.
        if not isinstance(failure.value, ApplicationError):
            super().onUserError(failure, message)

    async def register(self, procedure, endpoint):
        async def invoke(*args, details, **kwargs):
            try:
                args, kwargs = await endpoint(list(args), kwargs, details.progress)
            except Failure as failure:
                raise ApplicationError(failure.uri, *failure.carried_args, **failure.carried_kwargs)
            return CallResult(*args, **kwargs)

        await super().register(invoke, procedure, options=RegisterOptions(details_arg='details'))

    def call(self, procedure, args, kwargs, on_progress):
        # Without `details`, one positional result alone would come as it is, and none as None.
        options = CallOptions(on_progress=on_progress, details=on_progress is None)
        return super().call(procedure, *args, options=options, **kwargs)

    async def outcome(self, pending):
        try:
            result = await pending
        except ApplicationError as error:
            raise failure_of(error)
        if isinstance(result, CallResult):
            return result.results, result.kwresults
        return [result], {}

    def cancel(self, pending):
        pending.cancel()

    async def leave(self):
        super().leave()
        await self.ended


class Login(Client):
    def enter(self):
        method, authid = self.config.extra['method'], self.config.extra['authid']
        extra = None
        if method == 'cryptosign':
            self.key = CryptosignKey.from_bytes(bytes.fromhex(self.config.extra['secret']))
            extra = {'pubkey': self.key.public_key()}
        self.join(self.config.realm, authmethods=[method], authid=authid or None, authextra=extra)

    def onChallenge(self, challenge):
        secret = self.config.extra['secret']
        if challenge.method == 'ticket':
            return secret
        if challenge.method == 'cryptosign':
            return self.key.sign_challenge(challenge)
        key, extra = secret.encode('utf8'), challenge.extra
        if 'salt' in extra:
            key = auth.derive_key(key, extra['salt'], extra['iterations'], extra['keylen'])
        return auth.compute_wcs(key, extra['challenge'].encode('utf8')).decode('ascii')

    def onJoin(self, details):
        self.details = details
        super().onJoin(details)


class Library:
    @staticmethod
    async def connect(session, url, realm, format, **extra):
        joined = asyncio.get_running_loop().create_future()
        runner = ApplicationRunner(url, realm, serializers=[SERIALIZERS[format]()], extra={'joined': joined, **extra})
        await runner.run(session, start_loop=False)
        return await asyncio.wait_for(joined, 20)

    async def join(self, url, realm, format):
        return await self.connect(Client, url, realm, format)

    async def login(self, url, realm, format, method, authid, secret):
        client = await self.connect(Login, url, realm, format, method=method, authid=authid, secret=secret)
        details = client.details
        await client.leave()
        return [details.authid, details.authrole, details.authmethod, details.authprovider]


async def main():
    await serve(Library())


# What it takes offence at it only tells its log.
txaio.use_asyncio()
txaio.start_logging(out=sys.stderr, level='warn')
asyncio.run(main())
