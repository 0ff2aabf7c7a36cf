using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Tests.Hosting;

/// <summary>The tests use Kafka's client by themselves, and of the same native library as the programs do.</summary>
internal static class NativeLibraryStart
{
#pragma warning disable CA2255 // a test assembly is the application here, and its classes have no common start
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Pin() => NativeKafka.Pin(typeof(Library).Assembly);
}
