// A nexus router for the benchmarks: one realm, anonymous clients, WebSocket on the port that it is given.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/gammazero/nexus/v3/router"
	"github.com/gammazero/nexus/v3/wamp"
)

func main() {
	nexus, err := router.NewRouter(&router.Config{
		RealmConfigs: []*router.RealmConfig{{
			URI:           wamp.URI("com.example.myrealm"),
			AnonymousAuth: true,
		}},
	}, log.New(os.Stderr, "", 0))
	if err != nil {
		log.Fatal(err)
	}
	defer nexus.Close()
	server := router.NewWebsocketServer(nexus)
	// With its default, 64, it refuses calls when 256 are in flight.
	server.OutQueueSize = 4096
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], server))
}
