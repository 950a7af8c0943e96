"""An API that reads forms with the parsers of Python's own library, and answers with what they have read.

`email` reads MIME in general. `cgi`, which Python has until 3.12, reads forms. Bytes are answered as hexadecimal text.
"""
import email.parser
import io
import json
import sys
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer

warnings.simplefilter('ignore', DeprecationWarning)
try:
    import cgi
except ImportError:
    cgi = None


def read_with_email(content_type, body):
    message = email.parser.BytesParser().parsebytes(b'Content-Type: ' + content_type.encode() + b'\r\n\r\n' + body)
    if not message.is_multipart() or message.defects:
        raise ValueError('not a form of several parts: %r' % message.defects)
    for part in message.get_payload():
        if part.defects:
            raise ValueError('a part with defects: %r' % part.defects)
        # The octets of the header: `raw_items` does not take those beyond ASCII for unknown.
        headers = dict(part.raw_items())
        field = headers['Content-Disposition'].encode('ascii', 'surrogateescape').decode()
        yield [field, headers.get('Content-Type'), part.get_payload(decode=True).hex()]


def read_with_cgi(content_type, body):
    form = cgi.FieldStorage(
        fp=io.BytesIO(body),
        environ={'REQUEST_METHOD': 'POST'},
        headers={'content-type': content_type, 'content-length': str(len(body))},
        keep_blank_values=True,
    )
    for part in form.list:
        value = part.value if isinstance(part.value, bytes) else part.value.encode()
        yield [part.name, part.filename, part.type, value.hex()]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        content_type = self.headers['Content-Type']
        if content_type.startswith('multipart/'):
            read = {'email': list(read_with_email(content_type, body))}
            if cgi is not None:
                read['cgi'] = list(read_with_cgi(content_type, body))
        else:
            read = {'urllib': urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)}
        answer = json.dumps(read).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
