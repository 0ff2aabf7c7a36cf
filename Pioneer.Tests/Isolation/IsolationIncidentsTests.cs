using Pioneer.Domain.Isolation;
using Pioneer.Jobs.Isolation;
using Xunit;

namespace Pioneer.Tests.Isolation;

/// <summary>An incident of isolation is closed only by a check that tried each hole again and was refused.</summary>
public sealed class IsolationIncidentsTests
{
    [Theory]
    [InlineData("globex.d.secrets", AttemptResult.Held, true)]
    [InlineData("initech.d.other", AttemptResult.Held, false)] // the sample was another one that day
    [InlineData("globex.d.secrets", AttemptResult.NotObserved, false)]
    public void Hole_on_the_brokers_is_closed_by_the_same_attempt(string target, AttemptResult result, bool isClosed)
    {
        var hole = Attempt(IsolationWay.Broker, "acme.portal", "read records of a topic of another tenant", "globex.d.secrets") with { Reached = "globex" };
        IsolationAttempt[] now = [hole with { Target = target, Result = result, Reached = null }];

        Assert.Equal(isClosed, Closed([hole], now));
        Assert.False(Closed([hole], [now[0] with { As = "acme.ksql" }]));
        Assert.False(Closed([hole], [now[0] with { IsControl = true }]));
    }

    [Fact]
    public void Hole_is_not_closed_while_one_of_several_was_not_tried_again_or_the_subject_is_reached_otherwise()
    {
        var hole = Attempt(IsolationWay.Broker, "acme.portal", "write to a topic of another tenant", "globex.d.secrets") with { Reached = "globex" };
        var other = hole with { Target = "globex.d.more" };
        var held = hole with { Result = AttemptResult.Held, Reached = null };

        Assert.False(Closed([hole, other], [held]));
        Assert.True(Closed([hole, other], [held, held with { Target = other.Target }]));
        Assert.False(Closed([hole], [held, hole with { Way = IsolationWay.Search }]));
    }

    [Fact]
    public void Lists_and_rules_have_no_name_when_nothing_is_found()
    {
        var listed = Attempt(IsolationWay.Broker, "acme.portal", "list topics", "globex.d.secrets") with { Reached = "globex" };
        Assert.True(Closed([listed], [listed with { Target = null, Result = AttemptResult.Held, Reached = null }]));
        Assert.False(Closed([listed], [listed with { What = "list groups", Target = null, Result = AttemptResult.Held, Reached = null }]));

        var rule = Attempt(IsolationWay.Rules, "acme.reporting", "Read on a topic that is not its own", "globex.d.secrets") with { Reached = "globex" };
        var none = Attempt(IsolationWay.Rules, "acme.reporting", "reach anything by a rule that is not its own", null) with { Result = AttemptResult.Held };
        Assert.True(Closed([rule], [none]));
        Assert.False(Closed([rule], [none with { As = "acme.portal" }]));

        // a credential that was revoked can try nothing
        Assert.Equal(["globex"], IsolationIncidents.Refused([rule], [], _ => true));
    }

    [Fact]
    public void Address_with_another_subscription_of_the_same_tenant_is_the_same_hole()
    {
        var hole = Attempt(IsolationWay.Events, "token", "open an event stream of another tenant", "globex/subscriptions/large/events") with { Reached = "globex" };
        Assert.True(Closed([hole], [hole with { Target = "globex/subscriptions/small/events", Result = AttemptResult.Held, Reached = null }]));
        Assert.False(Closed([hole], [hole with { Target = "initech/subscriptions/large/events", Result = AttemptResult.Held, Reached = null }]));
    }

    private static bool Closed(IsolationAttempt[] before, IsolationAttempt[] now) => !IsolationIncidents.Refused(before, now, _ => false).IsEmpty;

    private static IsolationAttempt Attempt(IsolationWay way, string principal, string what, string? target) =>
        new(way, principal, what, target, "refused", "allowed", AttemptResult.Broken, DateTimeOffset.UnixEpoch);
}
