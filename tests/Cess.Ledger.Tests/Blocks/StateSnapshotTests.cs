using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Tests.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Blocks;

public sealed class StateSnapshotTests
{
    private readonly FilesFixture _files = new();

    [Fact]
    public void A_state_goes_on_from_its_snapshot_as_if_it_had_never_stopped()
    {
        FileId stored = _files.Store("cat.jpg");
        _files.Declare("dog.jpg");
        LedgerState state = _files.Chain.State;

        using MemoryStream stream = new(Snapshot());
        LedgerState read = StateSnapshot.Read(stream);
        Assert.Equal(stream.Length, stream.Position);
        Assert.Equal(
            (state.Header, state.Genesis, state.BlockHash, state.Tree.Root, state.Tree.Count),
            (read.Header, read.Genesis, read.BlockHash, read.Tree.Root, read.Tree.Count));
        Assert.True(read.IsActive(stored));

        ExecutedBlock next = _files.Chain.Seal();
        Assert.Null(BlockExecutor.Verify(read, next.Block, out _));
    }

    [Fact]
    public void A_damaged_snapshot_is_refused()
    {
        byte[] bytes = Snapshot();
        for (int position = 0; position < bytes.Length; position += 3)
        {
            // The genesis hash is not under the state root: a wrong one is found by whoever compares it with his chain's.
            if (position is >= 8 and < 40)
                continue;
            byte[] damaged = [.. bytes];
            damaged[position] ^= 1;
            if (Refusal(damaged) is not { } error)
            {
                // Some fields of the header have nothing to check them but the block's hash.
                LedgerState read = StateSnapshot.Read(new MemoryStream(damaged));
                Assert.NotEqual(_files.Chain.State.BlockHash, read.BlockHash);
                continue;
            }

            Assert.Equal(ChainError.SnapshotInvalid, error);
        }
    }

    [Fact]
    public void A_snapshot_that_ends_early_is_refused()
    {
        byte[] bytes = Snapshot();
        for (int length = 0; length < bytes.Length; length += 7)
            Assert.Equal(ChainError.SnapshotInvalid, Refusal(bytes[..length]));
    }

    [Fact]
    public void A_snapshot_can_be_checked_against_its_block_without_being_kept()
    {
        LedgerState state = _files.Chain.State;
        byte[] bytes = Snapshot();
        StateSnapshot.Check(new MemoryStream(bytes), state.Genesis, state.Header);

        IsRefused(bytes, Hash256.Zero, state.Header);
        IsRefused(bytes, state.Genesis, state.Header with { TimeMs = 1 });
        IsRefused([.. bytes, 0], state.Genesis, state.Header);
        for (int length = 0; length < bytes.Length; length += 7)
            IsRefused(bytes[..length], state.Genesis, state.Header);
        for (int position = 0; position < bytes.Length; position += 3)
        {
            byte[] damaged = [.. bytes];
            damaged[position] ^= 1;
            IsRefused(damaged, state.Genesis, state.Header);
        }
    }

    private static void IsRefused(byte[] bytes, Hash256 genesis, BlockHeader header) => Assert.Equal(
        ChainError.SnapshotInvalid,
        Assert.Throws<LedgerException>(() => StateSnapshot.Check(new MemoryStream(bytes), genesis, header)).Error);

    private byte[] Snapshot()
    {
        using MemoryStream stream = new();
        ValueTask writing = StateSnapshot.WriteAsync(_files.Chain.State, stream);
        Assert.True(writing.IsCompletedSuccessfully);
        return stream.ToArray();
    }

    private static LedgerError? Refusal(byte[] bytes)
    {
        try
        {
            StateSnapshot.Read(new MemoryStream(bytes));
            return null;
        }
        catch (LedgerException e)
        {
            return e.Error;
        }
    }
}
