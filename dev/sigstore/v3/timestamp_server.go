// A timestamp authority (RFC 3161) for tests, with a key that it makes at its start: sigstore's own service
// without its command, which also listens on a fixed port of every interface.
package main

import (
	"log"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/server"
	"github.com/spf13/viper"
)

const patience = 10 * time.Second

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: timestamp-server HOST:PORT")
	}
	host, digits, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		log.Fatal(err)
	}
	const policy = "1.3.6.1.4.1.57264.2"
	viper.Set("timestamp-signer", "memory")
	viper.Set("timestamp-signer-hash", "sha256")
	viper.Set("default-policy-oid", policy)
	viper.Set("accepted-policy-oids", []string{policy})
	viper.Set("max-request-body-size", 1<<20)
	log.Fatal(server.NewRestAPIServer(host, port, []string{"http"}, false, patience, patience).Serve())
}
