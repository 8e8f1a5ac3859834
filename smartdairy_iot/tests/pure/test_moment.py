"""Anybody may ask whether the store answers; the store is not asked each time."""

import threading

import pytest

from smartdairy_iot.watch.moment import Moment


class Store:
    """Counts how often it is asked, and takes its time."""

    def __init__(self):
        self.now = 0.0
        self.asked = 0
        self.takes = 0.0
        self.moment = Moment(lambda: self.now)

    def ask(self):
        self.asked += 1
        self.now += self.takes
        return self.asked

    def tell(self, about="db"):
        return self.moment.tell(about, self.ask)


@pytest.fixture
def store():
    return Store()


def test_within_a_second_it_is_asked_once(store):
    assert [store.tell() for _ in range(100)] == [1] * 100
    store.now += 0.99
    assert store.tell() == 1
    store.now += 0.01
    assert store.tell() == 2


def test_a_server_that_lets_us_wait_is_asked_a_tenth_of_the_time(store):
    store.takes = 10.0
    store.tell()
    store.now += 89.0
    assert store.tell() == 1
    store.now += 1.0
    assert store.tell() == 2


def test_each_database_has_its_own_answer(store):
    assert (store.tell("one"), store.tell("other"), store.tell("one")) == (1, 2, 1)


def test_a_failure_is_not_kept(store):
    def fails():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.moment.tell("db", fails)
    assert store.tell() == 1


def test_while_one_asks_the_others_are_told_what_is_known(store):
    store.tell()
    store.now += 1.0
    entered, go_on = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go_on.wait(10)
        return "new"

    asking = threading.Thread(target=store.moment.tell, args=("db", slow))
    asking.start()
    try:
        assert entered.wait(10)
        assert store.tell() == 1
    finally:
        go_on.set()
        asking.join()
    assert store.tell() == "new"
