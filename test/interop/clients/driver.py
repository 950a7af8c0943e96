"""Lets a test drive the sessions of a client library: one JSON object a line, requests on stdin, answers on stdout.

Requests have `id`, `op` and what the operation wants; answers have the `id` and either `result` or `error`, which is
{uri, args, kwargs}. Lines with `event` in place of `id` tell what a procedure of a session went through.

JSON has no bytes, which are written {"$bytes": HEX}; nor does it tell 1 from 1.0, so that a whole number which the
library takes for a float, as it should not, is written {"$float": TEXT}. An integer that JavaScript would round is
{"$integer": TEXT}.
"""
import asyncio
import json
import sys


class Failure(Exception):
    """An ERROR that a procedure answers with, or a call got."""

    def __init__(self, uri, args, kwargs):
        super().__init__(uri)
        self.uri = uri
        self.carried_args = list(args)
        self.carried_kwargs = dict(kwargs)


def to_plain(value):
    if isinstance(value, (bytes, bytearray)):
        return {'$bytes': value.hex()}
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return {'$float': repr(value)}
    if isinstance(value, int) and abs(value) >= 2**53:
        return {'$integer': str(value)}
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def from_plain(value):
    if isinstance(value, dict):
        if list(value) == ['$bytes']:
            return bytes.fromhex(value['$bytes'])
        if list(value) == ['$integer']:
            return int(value['$integer'])
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    return value


def carried(args, kwargs):
    return {'args': to_plain(args), 'kwargs': to_plain(kwargs)}


def write(line):
    sys.stdout.write(json.dumps(line) + '\n')
    sys.stdout.flush()


class Procedures:
    """What every client of the matrix registers, under a prefix of its own. Each gets (args, kwargs, progress)."""

    def __init__(self, name):
        self.name = name
        self.seen = None
        self.finish = None

    def tell(self, event):
        write({'event': event, 'client': self.name})

    async def echo(self, args, kwargs, progress):
        self.seen = carried(args, kwargs)
        return args, kwargs

    async def fail(self, args, kwargs, progress):
        self.seen = carried(args, kwargs)
        raise Failure('com.example.failure', args, kwargs)

    async def steps(self, args, kwargs, progress):
        if progress:
            for step in (1, 2, 3):
                progress(step, step=step)
        return ['done'], {'asked': progress is not None}

    async def wait(self, args, kwargs, progress):
        self.finish = asyncio.Event()
        self.tell('waiting')
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.tell('interrupted')
            if kwargs.get('silently'):
                raise
            raise Failure('com.example.interrupted', ['stopped'], {'at': 'once'})
        return ['late'], {}


class Driver:
    """The operations; `library` has join(url, realm, format) and login(url, realm, format, method, authid, secret)."""

    def __init__(self, library):
        self.library = library
        self.clients = {}
        self.procedures = {}
        self.calls = {}

    async def join(self, name, url, realm, format, prefix):
        client = await self.library.join(url, realm, format)
        procedures = Procedures(name)
        for procedure in ('echo', 'fail', 'steps', 'wait'):
            await client.register(f'{prefix}.{procedure}', getattr(procedures, procedure))
        self.clients[name] = client
        self.procedures[name] = procedures
        return {'session': client.session, 'cancels': client.cancels}

    async def login(self, url, realm, format, method, authid, secret):
        return await self.library.login(url, realm, format, method, authid, secret)

    async def call(self, name, call, procedure, args, kwargs, progress):
        steps = []

        def on_progress(*args, **kwargs):
            steps.append(carried(args, kwargs))

        client = self.clients[name]
        pending = client.call(procedure, from_plain(args), from_plain(kwargs), on_progress if progress else None)
        self.calls[call] = pending
        try:
            result = await client.outcome(pending)
        finally:
            del self.calls[call]
        return {**carried(*result), 'progress': steps}

    async def cancel(self, name, call):
        self.clients[name].cancel(self.calls[call])

    async def seen(self, name):
        return self.procedures[name].seen

    async def finish(self, name):
        self.procedures[name].finish.set()

    async def leave(self, name):
        await self.clients.pop(name).leave()


async def answer(driver, request):
    number, operation = request.pop('id'), request.pop('op')
    if operation == 'call':
        request['call'] = number
    try:
        write({'id': number, 'result': await getattr(driver, operation)(**request)})
    except Failure as failure:
        write({'id': number, 'error': {'uri': failure.uri, **carried(failure.carried_args, failure.carried_kwargs)}})
    except asyncio.CancelledError:
        # What autobahn|python has instead of an ERROR for a call that it cancelled itself.
        write({'id': number, 'error': {'uri': 'asyncio.CancelledError', 'args': [], 'kwargs': {}}})
    except Exception as exception:
        write({'id': number, 'error': {'uri': f'{type(exception).__name__}: {exception}', 'args': [], 'kwargs': {}}})


async def serve(library):
    """Answers until stdin ends."""
    reader = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    driver = Driver(library)
    tasks = set()
    while line := await reader.readline():
        task = loop.create_task(answer(driver, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
