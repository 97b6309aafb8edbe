"""
The stand-in for EventStoreDB/KurrentDB as a process: `python -m tests.kurrentdb_stand_in`.

Prints the ports of its nodes as one line of JSON, then obeys one JSON object a line on its standard input
and answers each with one. Ends with its input.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import grpc

from tests.kurrentdb_stand_in.cutting import CuttableDoor
from tests.kurrentdb_stand_in.servicers import Cluster, Fault, Manners, serve


class StandInProcess:
    """The nodes of one cluster, and what they can be told."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.cluster = Cluster(user=arguments.user, password=arguments.password)
        certificate = None
        if arguments.key:
            certificate = (Path(arguments.key).read_bytes(), Path(arguments.certificate).read_bytes())
        self._servers: list[grpc.Server] = []
        doors: list[CuttableDoor] = []
        for number in range(arguments.nodes):
            server, port = serve(self.cluster, number, 0, threads=arguments.threads, certificate=certificate)
            self._servers.append(server)
            if arguments.cuttable:
                doors.append(CuttableDoor(port))
                port = doors[-1].port
            self.cluster.ports.append(port)

        def cut() -> None:
            for door in doors:
                door.cut()

        self.cluster.cut = cut

    def obey(self, order: dict[str, Any]) -> Any:
        cluster = self.cluster
        match order.pop("do"):
            case "reset":
                cluster.faults.clear()
                cluster.calls.clear()
                cluster.leader = 0
                cluster.manners = Manners()
                cluster.store.reset()
            case "fault":
                cluster.faults.append(Fault(**order))
            case "cut":
                cluster.cut()
            case "lead":
                cluster.leader = order["node"]
            case "stop_node":
                self._servers[order["node"]].stop(0)
            case "behave":
                cluster.manners = Manners(**order)
            case "delete":
                cluster.store.delete(**order)
            case "calls":
                return dict(cluster.calls)
            case unknown:
                return {"error": f"cannot {unknown}"}
        return {}

    def stop(self) -> None:
        self.cluster.store.close()
        for server in self._servers:
            server.stop(0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.kurrentdb_stand_in")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=64, help="calls and subscriptions at a time")
    parser.add_argument("--cuttable", action="store_true")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--certificate", default="")
    process = StandInProcess(parser.parse_args())
    print(json.dumps(process.cluster.ports), flush=True)
    for line in sys.stdin:
        print(json.dumps(process.obey(json.loads(line))), flush=True)
    process.stop()


if __name__ == "__main__":
    main()
