"""An API that accepts only requests which botocore would have signed in the same way.

It prints its port, and answers 200 or 403 with the canonical request that it has computed.
"""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET, TOKEN = sys.argv[1:4]


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', '0')))
        found = re.match(
            r'AWS4-HMAC-SHA256 Credential=([^/]+)/(\d+)/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$',
            self.headers.get('Authorization', ''),
        )
        verdict = {'ok': False}
        if found:
            key, _, region, service, names, signature = found.groups()
            request = AWSRequest(method=self.command, url='http://%s%s' % (self.headers['Host'], self.path), data=body)
            for name in names.split(';'):
                for value in self.headers.get_all(name) or []:
                    request.headers[name] = value
            kind = S3SigV4Auth if service == 's3' else SigV4Auth
            auth = kind(Credentials(key, SECRET, TOKEN or None), service, region)
            request.context['timestamp'] = self.headers['X-Amz-Date']
            canonical = auth.canonical_request(request)
            expected = auth.signature(auth.string_to_sign(request, canonical), request)
            verdict = {
                'ok': key == KEY and expected == signature,
                'token': self.headers.get('X-Amz-Security-Token'),
                'canonical': canonical,
            }
        answer = json.dumps(verdict).encode()
        self.send_response(200 if verdict['ok'] else 403)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def log_message(self, *_):
        pass


server = HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
