// Answers for schedules as Knative's PingSource takes them: a line of JSON in, a line of JSON out.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
)

type question struct {
	Schedule string
	Zone     string
	After    int64
	Count    int
}

func main() {
	parser := cron.NewParser(
		cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor,
	)
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		times := []int64{}
		spec := asked.Schedule
		if asked.Zone != "" {
			spec = "CRON_TZ=" + asked.Zone + " " + spec
		}
		schedule, err := parse(parser, spec)
		if err != "" {
			line, _ := json.Marshal(map[string]string{"error": err})
			out.Write(append(line, '\n'))
			continue
		}
		at := time.UnixMilli(asked.After).UTC()
		for len(times) < asked.Count {
			at = schedule.Next(at)
			if at.IsZero() {
				break
			}
			times = append(times, at.UnixMilli())
		}
		line, _ := json.Marshal(times)
		out.Write(append(line, '\n'))
	}
}

func parse(parser cron.Parser, spec string) (schedule cron.Schedule, problem string) {
	defer func() {
		if recover() != nil {
			problem = "panic"
		}
	}()
	if strings.Contains(spec, "@every") {
		return nil, "unsupported descriptor @every"
	}
	schedule, err := parser.Parse(spec)
	if err != nil {
		return nil, err.Error()
	}
	return schedule, ""
}
