from watcher.web.body_budget import Bodies, Share


def test_a_share_grows_as_far_as_there_is_room_and_is_free_with_its_last_holder():
    bodies = Bodies(100)
    one, other = Share(bodies), Share(bodies)
    assert one.grow(60)
    assert not other.grow(50)
    assert other.grow(40)
    assert one.grow(30)  # it has more already
    assert bodies.taken == 100
    one.hold()
    one.let_go()
    assert bodies.taken == 100
    one.let_go()
    assert bodies.taken == 40
    other.shrink(50)
    assert bodies.taken == 40
    other.shrink(10)
    assert bodies.taken == 10
    other.let_go()
    assert bodies.taken == 0


def test_without_a_limit_nothing_is_counted():
    bodies = Bodies(0)
    share = Share(bodies)
    assert share.grow(1 << 50)
    assert bodies.taken == 0
    share.let_go()
    assert bodies.taken == 0
