"""Lets a data source of cloud-init read its metadata as at a guest's first boot, and prints what it found as JSON.

Takes {"source": name, "module": name, "system_uuid": uuid, "directory": path} on stdin. Nothing is configured, and all
that cloud-init writes goes to the directory. Works with cloud-init from 22.4.
"""

import base64
import importlib
import json
import logging
import os
import sys

from cloudinit import distros, dmi, helpers, temp_utils
from cloudinit.net import netplan, network_state


def main():
    wish = json.load(sys.stdin)
    logging.basicConfig(level=logging.DEBUG, force=True)
    stay_in(wish["directory"])
    dmi.read_dmi_data = firmware_of_nova(wish["system_uuid"]).get
    found = make_source(wish)
    if not found.get_data():
        sys.exit(f"{found} has found nothing")
    json.dump(describe(found, wish["directory"]), sys.stdout, default=encode)


def stay_in(directory):
    """Root's temporary files would go to /run/cloud-init."""
    temp_utils._TMPDIR = temp_utils._ROOT_TMPDIR = directory
    temp_utils._EXE_ROOT_TMPDIR = directory


def firmware_of_nova(system_uuid):
    """What nova's libvirt driver writes into a guest's SMBIOS; a namespace has none of its own."""
    return {
        "system-product-name": "OpenStack Nova",
        "system-manufacturer": "OpenStack Foundation",
        "chassis-asset-tag": "",
        "system-uuid": system_uuid,
        "system-serial-number": system_uuid,
    }


def make_source(wish):
    directory = wish["directory"]
    # dhcpcd is the first choice of newer releases, and needs a user of its own.
    clients = {"dhcp_client_priority": ["dhclient", "udhcpc"]}
    # Newer releases also try IPv6, where not every network answers, and wait for that in the end.
    limits = {"OpenStack": {"timeout": 3}}
    config = {
        "datasource_list": [wish["module"]],
        "datasource": limits,
        "network": clients,
    }
    paths = helpers.Paths(
        {"cloud_dir": f"{directory}/cloud", "run_dir": f"{directory}/run"}
    )
    os.makedirs(f"{directory}/run")
    distro = distros.fetch("debian")("debian", config, paths)
    module = importlib.import_module(f"cloudinit.sources.DataSource{wish['module']}")
    return getattr(module, f"DataSource{wish['source']}")(config, distro, paths)


def describe(found, directory):
    network = found.network_config
    return {
        "instance_id": found.get_instance_id(),
        "hostname": str(getattr(found.get_hostname(), "hostname", found.get_hostname())),
        "public_keys": found.get_public_ssh_keys(),
        "availability_zone": found.availability_zone,
        "user_data": encode(found.get_userdata_raw()),
        "vendor_data": found.get_vendordata_raw(),
        "metadata": found.metadata,
        "ec2_metadata": getattr(found, "ec2_metadata", None),
        "netplan": network and render_netplan(network, directory),
    }


def encode(user_data):
    if user_data is None:
        return None
    data = user_data if isinstance(user_data, bytes) else user_data.encode()
    return base64.b64encode(data).decode()


def render_netplan(network, directory):
    """The file that the guest would have in /etc/netplan."""
    state = network_state.parse_net_config_data(network)
    path = "etc/netplan/50-cloud-init.yaml"
    renderer = netplan.Renderer({"netplan_path": path, "postcmds": False})
    renderer.render_network_state(state, target=f"{directory}/")
    with open(f"{directory}/{path}", encoding="utf-8") as file:
        return file.read()


main()
