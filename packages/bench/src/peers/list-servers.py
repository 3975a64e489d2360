"""Lists the stub's OpenStack servers with apache-libcloud: once to warm up, once measured, as JSON."""

import json
import resource
import sys
import time

import libcloud
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

if len(sys.argv) < 2:
    print(libcloud.__version__)
    sys.exit()

driver = get_driver(Provider.OPENSTACK)(
    "alice",
    "secret",
    ex_force_base_url=sys.argv[1] + "/nova",
    ex_force_auth_url=sys.argv[1] + "/keystone",
    ex_force_auth_token="token",
    ex_force_service_region="one",
    ex_force_auth_version="2.0_password",
    ex_tenant_name="one",
    api_version="2.0",
)
driver.list_nodes()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


cpu_before, wall_before = cpu(), time.perf_counter()
nodes = driver.list_nodes()
taken = {"cpuMs": (cpu() - cpu_before) * 1000, "wallMs": (time.perf_counter() - wall_before) * 1000}
assert len(nodes) == int(sys.argv[2]), len(nodes)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({**taken, "peakMiB": peak}))
