"""Logs in by one authmethod, and prints who it is then, or why it is not let in.

Usage: autobahn_login.py URL REALM METHOD AUTHID SECRET     the secret of cryptosign is a private key in hex
"""
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import auth
from autobahn.wamp.cryptosign import CryptosignKey

URL, REALM, METHOD, AUTHID, SECRET = sys.argv[1:]


class Login(ApplicationSession):
    def onConnect(self):
        extra = None
        if METHOD == 'cryptosign':
            self.key = CryptosignKey.from_bytes(bytes.fromhex(SECRET))
            extra = {'pubkey': self.key.public_key()}
        self.join(REALM, authmethods=[METHOD], authid=AUTHID or None, authextra=extra)

    def onChallenge(self, challenge):
        if METHOD == 'ticket':
            return SECRET
        if METHOD == 'cryptosign':
            return self.key.sign_challenge(challenge)
        key = SECRET.encode('utf8')
        if 'salt' in challenge.extra:
            extra = challenge.extra
            key = auth.derive_key(key, extra['salt'], extra['iterations'], extra['keylen'])
        return auth.compute_wcs(key, challenge.extra['challenge'].encode('utf8')).decode('ascii')

    async def onJoin(self, details):
        print(f'{details.authid} {details.authrole} {details.authmethod} {details.authprovider}')
        self.leave()

    def onLeave(self, details):
        if details.reason != 'wamp.close.normal' and not details.reason.endswith('goodbye_and_out'):
            print(details.reason)
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(URL, REALM).run(Login)
