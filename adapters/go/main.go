// An adapter (protocol version 1) in front of msgraph-sdk-go.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
)

const sdk = "github.com/microsoftgraph/msgraph-sdk-go"

type message struct {
	ID       json.RawMessage `json:"id"`
	Op       string          `json:"op"`
	Protocol int             `json:"protocol"`
	BaseURL  string          `json:"baseUrl"`
	Token    string          `json:"token"`
	Address  struct {
		Kind    string `json:"kind"`
		DriveID string `json:"driveId"`
		ItemID  string `json:"itemId"`
	} `json:"address"`
	Request map[string]json.RawMessage `json:"request"`
}

type answer map[string]any

func main() {
	var writing sync.Mutex
	output := json.NewEncoder(os.Stdout)
	send := func(id json.RawMessage, told answer) {
		writing.Lock()
		defer writing.Unlock()
		told["id"] = id
		if err := output.Encode(told); err != nil {
			fmt.Fprintln(os.Stderr, "cannot answer:", err)
			os.Exit(1)
		}
	}

	input := bufio.NewReader(os.Stdin)
	for {
		line, problem := input.ReadBytes('\n')
		if errors.Is(problem, io.EOF) {
			return
		}
		var asked message
		if err := json.Unmarshal(line, &asked); err != nil || asked.ID == nil {
			fmt.Fprintln(os.Stderr, "ignored a line that is no message:", err)
			continue
		}
		switch asked.Op {
		case "bye":
			return
		case "hello":
			send(asked.ID, hello(asked.Protocol))
		case "createLink":
			go func() { send(asked.ID, createLink(asked)) }()
		default:
			send(asked.ID, failed("unknown operation "+asked.Op))
		}
	}
}

func hello(protocol int) answer {
	if protocol != 1 {
		return failed("only protocol 1 is spoken here")
	}
	return answer{"name": "msgraph-sdk-go", "version": builtVersion(), "language": "go", "addresses": []string{"drives"}}
}

func builtVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == sdk {
				return module.Version[1:] // without the v
			}
		}
	}
	return "unknown"
}

func failed(text string) answer {
	return answer{"error": answer{"message": text}}
}
