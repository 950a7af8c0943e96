"""Takes the place of systemd: prints the messages that arrive at the datagram socket, one line each."""
import os
import socket
import sys

path = sys.argv[1]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
print("ready", flush=True)
while True:
    # systemd-notify waits until the descriptor of its last message is closed. The kernel closes it, because nobody takes it.
    message = server.recv(4096).decode()
    print(message.replace("\n", " "), flush=True)
