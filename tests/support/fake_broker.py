"""Redis without a process, for tests on values."""

import fakeredis

from shared.redis_keys import RedisKeys


class FakeBroker(fakeredis.FakeRedis):
    """As ``shared.broker.Broker``."""

    names = RedisKeys()
