#!/usr/bin/python3
"""Glance's rules, and what the real oslo.policy says of them.

Needs glance 25 (Zed) and oslo.policy as Debian 12 packages them: apt install python3-glance

    oslo.py defaults zed|latest     the rules, as in src/main/resources/mirage/glance/policy
    oslo.py permits                 who may what, as in permits.tsv beside this
    oslo.py evaluate                reads lines of JSON with rules, rule, target and creds; writes 1, 0 or
                                    - (the rule is not readable) for each

The rules of Zed are those of the package. The newest ones are derived from them as Glance's history has it:
- "role:admin" became "rule:context_is_admin" (2023.1, 26.0);
- the service role, locations of version 2.17 (2024.2, 29.0), and "or role:admin" in service_api later;
- stores_info_detail for services (2025.1, 30.0);
- cache_clean and cache_prune of version 2.18 (2026.1).
"""
import json
import logging
import sys
import warnings

from oslo_config import cfg
from oslo_policy import _parser
from oslo_policy import opts
from oslo_policy import policy

warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)

import glance.policies  # noqa: E402

MODES = {
    # name: (rules, enforce_new_defaults, enforce_scope)
    'zed': ('zed', False, False),
    'zed-scope': ('zed', False, True),
    'zed-new': ('zed', True, False),
    'zed-new-scope': ('zed', True, True),
    'latest-old': ('latest', False, False),
    'latest': ('latest', True, True),
}


def creds(project, roles, **more):
    context = {'user_id': 'someone', 'user_domain_id': 'default', 'project_id': project,
               'project_domain_id': 'default' if project else None, 'system_scope': None,
               'domain_id': None, 'roles': roles, 'service_roles': [], 'is_admin_project': True}
    context.update(more)
    return context


CALLERS = {
    'nobody': creds(None, []),
    'reader': creds('p', ['reader']),
    'member': creds('p', ['member', 'reader']),
    'member-only': creds('p', ['member']),
    'admin': creds('p', ['admin', 'member', 'reader']),
    'service': creds('services', ['service']),
    'member-by-service': creds('p', ['member', 'reader'], service_roles=['service']),
    'other-reader': creds('q', ['reader']),
    'other-member': creds('q', ['member', 'reader']),
    'other-admin': creds('q', ['admin', 'member', 'reader']),
    'system-admin': creds(None, ['admin', 'member', 'reader'], system_scope='all'),
    'domain-admin': creds(None, ['admin', 'member', 'reader'], domain_id='d'),
}

TARGETS = {
    'nothing': {},
    'project': {'project_id': 'p'},
    'private': {'project_id': 'p', 'owner': 'p', 'visibility': 'private'},
    'shared': {'project_id': 'p', 'owner': 'p', 'visibility': 'shared'},
    'shared-with-other': {'project_id': 'p', 'owner': 'p', 'visibility': 'shared', 'member_id': 'q'},
    'community': {'project_id': 'p', 'owner': 'p', 'visibility': 'community'},
    'public': {'project_id': 'p', 'owner': 'p', 'visibility': 'public'},
}


def rule(name, check, deprecated=None, scope=('project',), description=None):
    old = deprecated is not None and policy.DeprecatedRule(
        name=name, check_str=deprecated, deprecated_reason='changed', deprecated_since='then')
    return policy.RuleDefault(name, check, description=description, scope_types=list(scope) or None,
                              deprecated_rule=old or None)


def zed():
    for default in glance.policies.list_rules():
        old = default.deprecated_rule
        yield rule(default.name, default.check_str, old.check_str if old else None,
                   default.scope_types or (), default.description)


def latest():
    admin = 'rule:context_is_admin'
    member = 'role:member and project_id:%(project_id)s'
    for default in zed():
        name, old = default.name, default.deprecated_rule
        new = default.check_str.replace('role:admin', admin)
        before = old.check_str.replace('role:admin', admin) if old else None
        if name == 'context_is_admin':
            new = default.check_str
        if name == 'stores_info_detail':
            new, before = admin + ' or service_roles:service', admin
        yield rule(name, new, before, default.scope_types or (), default.description)
        if name == 'context_is_admin':
            yield rule('service_api', 'role:service or role:admin', scope=(),
                       description='Default rule for the service-to-service API.')
        if name == 'set_image_location':
            yield rule('add_image_location',
                       'rule:service_api or (%s and project_id:%%(owner)s)' % member,
                       description='Add location URI to given image')
            yield rule('fetch_image_location', 'rule:service_api',
                       description='Show all locations associated to given image')
        if name == 'cache_delete':
            yield rule('cache_clean', admin, description='Remove invalid entries of the cache')
            yield rule('cache_prune', admin, description='Shrink the cache to its limit')


RULES = {'zed': zed, 'latest': latest}


def enforcer(rules, new_defaults, scope):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    opts.set_defaults(conf, 'no-such-file.yaml')
    conf.set_override('enforce_new_defaults', new_defaults, 'oslo_policy')
    conf.set_override('enforce_scope', scope, 'oslo_policy')
    made = policy.Enforcer(conf)
    made.suppress_default_change_warnings = True
    made.register_defaults(rules)
    return made


def defaults(release):
    print('rule\tcheck\tcheck before\tscope\tdescription')
    for default in RULES[release]():
        old = default.deprecated_rule
        description = ' '.join((default.description or '-').split()).split('. ')[0].rstrip('.')
        print('\t'.join([default.name, default.check_str, old.check_str if old else '-',
                         ' '.join(default.scope_types or ['-']), description]))


def permits():
    print('mode\trule\ttargets\tpermitted callers')
    for mode, (release, new_defaults, scope) in MODES.items():
        real = enforcer(list(RULES[release]()), new_defaults, scope)
        for default in RULES[release]():
            answers = {}
            for target, attributes in TARGETS.items():
                permitted = [caller for caller, context in CALLERS.items()
                             if real.enforce(default.name, dict(attributes), dict(context))]
                answers.setdefault(' '.join(permitted) or '-', []).append(target)
            for callers, targets in answers.items():
                print('\t'.join([mode, default.name, ' '.join(targets), callers]))


class NoChecks:
    """An enforcer for rules without defaults."""

    def __init__(self, rules):
        self.rules = rules


def evaluate():
    failed = []
    _parser.LOG.exception = lambda *_: failed.append(True)
    _parser.LOG.error = lambda *_: failed.append(True)
    for line in sys.stdin:
        case = json.loads(line)
        failed.clear()
        try:
            rules = policy.Rules({name: _parser.parse_rule(check)
                                  for name, check in case['rules'].items()}, 'default')
            if failed:
                print('-')
                continue
            permitted = rules[case['rule']](case['target'], case['creds'], NoChecks(rules))
            print(1 if permitted else 0)
        except (KeyError, SyntaxError, TypeError, ValueError):
            print('-')


if __name__ == '__main__':
    {'defaults': defaults, 'permits': permits, 'evaluate': evaluate}[sys.argv[1]](*sys.argv[2:])
