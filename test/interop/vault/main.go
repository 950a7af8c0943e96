// Runs a HashiCorp Vault in memory for tests: version 1.14.1, the last one with a free licence (MPL 2.0). OpenBao began as a copy of it.
// It is made of Vault's own packages, but without the plugins of other products, which need gigabytes of modules.
//
// Prints one line of JSON when it is ready: {"address": …, "token": …}. The token may do everything.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/hashicorp/go-hclog"
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	quiet := hclog.New(&hclog.LoggerOptions{Output: os.Stderr, Level: hclog.Error})
	storage, err := inmem.NewInmem(nil, quiet)
	check(err)
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             quiet,
		DisableMlock:       true,
		BuiltinRegistry:    noPlugins{},
		LogicalBackends:    map[string]logical.Factory{"kv": kv.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory, "kubernetes": kubernetes.Factory},
	})
	check(err)
	seal := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: seal})
	check(err)
	_, err = core.Unseal(made.SecretShares[0])
	check(err)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	ready := map[string]string{"address": "http://" + listener.Addr().String(), "token": made.RootToken}
	check(json.NewEncoder(os.Stdout).Encode(ready))
	check(http.Serve(listener, vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core:           core,
		ListenerConfig: &configutil.Listener{},
	})))
}

// noPlugins has no plugins besides the backends that the core gets.
type noPlugins struct{}

func (noPlugins) Contains(string, consts.PluginType) bool           { return false }
func (noPlugins) Keys(consts.PluginType) []string                   { return nil }
func (noPlugins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
func (noPlugins) Get(string, consts.PluginType) (func() (interface{}, error), bool) {
	return nil, false
}
func (noPlugins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Unknown, false
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
