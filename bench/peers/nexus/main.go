// A nexus router. With a port, it is the router of the benchmarks: one realm, anonymous clients, WebSocket.
// With a JSON file, it is a router with realms, users and listeners of that file (see config.go).
package main

import (
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/gammazero/nexus/v3/router"
)

// With nexus' default, 64, it refuses calls when 256 are in flight.
const outQueueSize = 4096

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: nexus PORT | nexus FILE.json")
	}
	config := benchConfig(os.Args[1])
	if _, err := strconv.Atoi(os.Args[1]); err != nil {
		if config, err = readConfig(os.Args[1]); err != nil {
			log.Fatal(err)
		}
	}
	realms := realmConfigs(config)
	nexus, err := router.NewRouter(&router.Config{RealmConfigs: realms}, log.New(os.Stderr, "", 0))
	if err != nil {
		log.Fatal(err)
	}
	defer nexus.Close()
	for network, address := range config.RawSocket {
		server := router.NewRawSocketServer(nexus)
		server.OutQueueSize = outQueueSize
		if network == "unix" {
			// A killed router leaves its socket.
			_ = os.Remove(address)
		}
		if _, err := server.ListenAndServe(network, address); err != nil {
			log.Fatal(err)
		}
	}
	server := router.NewWebsocketServer(nexus)
	server.OutQueueSize = outQueueSize
	log.Fatal(http.ListenAndServe(config.WebSocket, server))
}
