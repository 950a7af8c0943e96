package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/gammazero/nexus/v3/router"
	"github.com/gammazero/nexus/v3/router/auth"
	"github.com/gammazero/nexus/v3/wamp"
)

type config struct {
	// Host and port.
	WebSocket string `json:"websocket"`
	// Addresses by network: "tcp", "unix".
	RawSocket map[string]string `json:"rawsocket"`
	Realms    []realm           `json:"realms"`
}

type realm struct {
	URI            string          `json:"uri"`
	Anonymous      bool            `json:"anonymous"`
	AllowDisclose  bool            `json:"allow_disclose"`
	EnableMetaKill bool            `json:"enable_meta_kill"`
	Users          map[string]user `json:"users"`
	// Procedures that nobody may register.
	RefuseRegister []string `json:"refuse_register"`
}

type user struct {
	Role string `json:"role"`
	// For ticket and wampcra.
	Password string `json:"password"`
	// For cryptosign: 32 bytes in hex.
	PublicKey string `json:"public_key"`
}

func benchConfig(port string) config {
	return config{
		WebSocket: "127.0.0.1:" + port,
		Realms:    []realm{{URI: "com.example.myrealm", Anonymous: true}},
	}
}

func readConfig(file string) (config, error) {
	var read config
	text, err := os.ReadFile(file)
	if err != nil {
		return read, err
	}
	return read, json.Unmarshal(text, &read)
}

func realmConfigs(from config) []*router.RealmConfig {
	var configs []*router.RealmConfig
	for _, realm := range from.Realms {
		made := &router.RealmConfig{
			URI:            wamp.URI(realm.URI),
			AnonymousAuth:  realm.Anonymous,
			AllowDisclose:  realm.AllowDisclose,
			EnableMetaKill: realm.EnableMetaKill,
		}
		if len(realm.Users) > 0 {
			users := users(realm.Users)
			made.Authenticators = []auth.Authenticator{
				auth.NewTicketAuthenticator(users, time.Second*10),
				auth.NewCRAuthenticator(users, time.Second*10),
				auth.NewCryptoSignAuthenticator(users, time.Second*10),
			}
		}
		if len(realm.RefuseRegister) > 0 {
			made.Authorizer = refusing(realm.RefuseRegister)
		}
		configs = append(configs, made)
	}
	return configs
}

var errNoUser = errors.New("no such user")

// The KeyStore of nexus.
type users map[string]user

func (all users) AuthKey(authid, authmethod string) ([]byte, error) {
	found, ok := all[authid]
	if !ok {
		return nil, errNoUser
	}
	if authmethod == "cryptosign" {
		return hex.DecodeString(found.PublicKey)
	}
	return []byte(found.Password), nil
}

func (all users) PasswordInfo(string) (string, int, int) { return "", 0, 0 }

func (all users) AuthRole(authid string) (string, error) {
	if found, ok := all[authid]; ok {
		return found.Role, nil
	}
	return "", errNoUser
}

func (all users) Provider() string { return "static" }

// An Authorizer.
type refusing []string

func (procedures refusing) Authorize(_ *wamp.Session, message wamp.Message) (bool, error) {
	register, ok := message.(*wamp.Register)
	if !ok {
		return true, nil
	}
	for _, procedure := range procedures {
		if string(register.Procedure) == procedure {
			return false, nil
		}
	}
	return true, nil
}
