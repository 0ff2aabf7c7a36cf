using Confluent.Kafka;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>Whatever ends a reader is told with a way out; a bug is not dressed up.</summary>
public sealed class DeliveryFailuresTests
{
    public static TheoryData<Exception> OfKafka =>
    [
        new KafkaSignInRefusedException("acme.portal", "wrong password"), new KafkaReadRefusedException("acme.portal", "acme.d.large"),
        new KafkaRequestException("read topic 'acme.d.large'", ErrorCode.Local_State, "Local: Erroneous state"),
        new KafkaException(new Error(ErrorCode.Local_State)),
    ];

    [Theory]
    [MemberData(nameof(OfKafka), DisableDiscoveryEnumeration = true)]
    public void What_Kafka_ends_a_reader_with_has_a_sentence_and_a_way_out(Exception failure)
    {
        var told = DeliveryFailures.Explain(failure);

        Assert.NotNull(told?.Hint);
        Assert.EndsWith(".", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bug_is_left_to_whoever_handles_bugs() => Assert.Null(DeliveryFailures.Explain(new InvalidOperationException("oh")));
}
