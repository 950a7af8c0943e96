"""xconn, driven by a test. See driver.py."""
import asyncio

from wampproto.exception import ApplicationError as Aborted
from xconn import (
    AsyncClient,
    CBORSerializer,
    CryptoSignAuthenticator,
    JSONSerializer,
    MsgPackSerializer,
    TicketAuthenticator,
    WAMPCRAAuthenticator,
    AnonymousAuthenticator,
)
from xconn.exception import ApplicationError
from xconn.types import Result

from driver import Failure, serve

SERIALIZERS = {'json': JSONSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}
AUTHENTICATORS = {
    'ticket': TicketAuthenticator,
    'wampcra': WAMPCRAAuthenticator,
    'cryptosign': CryptoSignAuthenticator,
}


class Client:
    """It cannot cancel, nor yield progressive results, and takes the first of those for the last: none are asked for."""

    def __init__(self, session):
        self.inner = session
        self.session = session._base_session.id
        self.cancels = hasattr(session, 'cancel')

    async def register(self, procedure, endpoint):
        async def invoke(invocation):
            try:
                args, kwargs = await endpoint(invocation.args or [], invocation.kwargs or {}, None)
            except Failure as failure:
                raise ApplicationError(failure.uri, *failure.carried_args, **failure.carried_kwargs)
            return Result(args, kwargs)

        await self.inner.register(procedure, invoke)

    def call(self, procedure, args, kwargs, on_progress):
        return asyncio.ensure_future(self.inner.call(procedure, args, kwargs))

    async def outcome(self, pending):
        try:
            result = await pending
        except ApplicationError as error:
            raise Failure(error.message, error.args, error.kwargs)
        return result.args or [], result.kwargs or {}

    async def leave(self):
        await self.inner.leave()


class Library:
    async def join(self, url, realm, format):
        return Client(await AsyncClient(serializer=SERIALIZERS[format]()).connect(url, realm))

    async def login(self, url, realm, format, method, authid, secret):
        if method == 'anonymous':
            authenticator = AnonymousAuthenticator(authid)
        else:
            authenticator = AUTHENTICATORS[method](authid, secret)
        try:
            session = await AsyncClient(authenticator, SERIALIZERS[format]()).connect(url, realm)
        except Aborted as aborted:
            raise Failure(aborted.message, [], {})
        details = session._base_session.session_details
        await session.leave()
        return [details.authid, details.authrole]


asyncio.run(serve(Library()))
